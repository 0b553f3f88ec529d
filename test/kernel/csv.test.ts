import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine, textCell } from '../../src/kernel/csv.ts';

/** A reader of RFC 4180, written from its grammar. */
const readLine = (line: string): string[] => {
  const cells: string[] = [];
  let rest = line.slice(0, -2);
  for (;;) {
    const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|$)/.exec(rest);
    if (cell === null) throw new Error(`not RFC 4180: ${JSON.stringify(rest)}`);
    cells.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '');
    if (cell[3] === '') return cells;
    rest = rest.slice(cell[0].length);
  }
};

const nasty = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', 'a', ' ', 'é', '＝') });

test('any text comes back as it was, but for the quote before what would be a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(nasty, fc.string()), { minLength: 1 }), (texts) => {
      const line = csvLine(texts.map(textCell));
      expect(line.endsWith('\r\n')).toBe(true);
      const read = readLine(line);
      expect(read.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, ''))).toEqual(
        texts.map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, '')),
      );
      for (const cell of read) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    }),
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-2', "'-2"],
  ['+2', "'+2"],
  ['\tx', "'\tx"],
  ['\r=1', `"'\r=1"`],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['AAPL', 'AAPL'],
])('%j is written %j', (text, cell) => {
  expect(textCell(text)).toBe(cell);
});
