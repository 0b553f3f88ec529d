/** Comma-separated values as RFC 4180 has them. */

/** What a spreadsheet would take for the beginning of a formula; it runs formulas of files that it opens. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** A cell of text, whoever wrote it: shown as it is, never run. */
export const textCell = (text: string): string => {
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** One line of cells that are ready; a decimal is a ready cell, minus and all. */
export const csvLine = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;
