import { STATUS_CODES } from 'node:http';
import { catalogue, type ErrorCode } from '../errors.ts';
import { type Handler, type HttpAnswer, jsonAnswer } from './answer.ts';

/** Where the `type` of a problem leads. */
const pathOf = (code: string): string => `/api/errors/${code}`;

const about = (code: ErrorCode) => {
  const { status, retryable, meaning } = catalogue[code];
  return { type: pathOf(code), code, status, title: STATUS_CODES[status], retryable, meaning };
};

const html = (title: string, body: string): HttpAnswer => ({
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'max-age=3600' },
  body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
${body}
<p><a href="/api/errors">All codes</a></p>
</body>
</html>
`,
});

const wantsPage = (accept = ''): boolean => accept.includes('text/html');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const onePage = (code: ErrorCode): HttpAnswer => {
  const { status, title, retryable, meaning } = about(code);
  const again = retryable ? 'The same request may succeed later.' : 'The same request will be refused again.';
  return html(code, `<p>${escaped(meaning)}</p>\n<p>HTTP ${status} ${title}. ${again}</p>`);
};

const codes = Object.keys(catalogue) as ErrorCode[];

const index: Handler = ({ request }) => {
  if (!wantsPage(request.headers.accept)) return jsonAnswer(200, { items: codes.map(about) });
  const lines = codes.map(
    (code) => `<li><a href="${pathOf(code)}">${code}</a>: ${escaped(catalogue[code].meaning)}</li>`,
  );
  return html('What can go wrong', `<ul>\n${lines.join('\n')}\n</ul>`);
};

/** What each code of the catalogue means: a page for people, JSON for programs. */
export const errorRoutes = [
  ['/api/errors', { GET: index, own: true }] as const,
  ...codes.map((code) => {
    const GET: Handler = ({ request }) =>
      wantsPage(request.headers.accept) ? onePage(code) : jsonAnswer(200, about(code));
    return [pathOf(code), { GET, own: true }] as const;
  }),
];
