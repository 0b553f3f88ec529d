import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Rest } from '../rest/rest.ts';
import { type Exchange, type Handler, JSON_TYPE, refusal } from './answer.ts';
import { contentPolicies } from './headers.ts';

/** Read when it is asked for, from where npm put it: the pages load nothing from elsewhere. */
const ofPackage = (file: string) => () => readFile(fileURLToPath(import.meta.resolve(file)), 'utf8');

/** Redoc shows its maker's logo from another host; its place stays empty. */
const redocScript = async (): Promise<string> =>
  (await ofPackage('redoc/bundles/redoc.standalone.js')()).replaceAll(/https:\/\/cdn\.redoc\.ly\/[\w./-]+/g, 'data:,');

const page = (title: string, mark: string, styles: string, scripts: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${styles}</head>
<body>
<noscript>This page needs JavaScript.</noscript>
${mark}
${scripts.map((script) => `<script src="${script}"></script>`).join('\n')}
</body>
</html>
`;

type Read = (exchange: Exchange) => string | Promise<string>;

const served = (type: string, policy: string, read: Read) => {
  const GET: Handler = async (exchange) => ({
    status: 200,
    headers: { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'max-age=3600' },
    body: await read(exchange),
    contentPolicy: policy,
  });
  return { GET, open: true, own: true } as const;
};

const swaggerPage = page(
  'Bourse API',
  '<div id="swagger-ui"></div>',
  '<link rel="stylesheet" href="/api/docs/swagger-ui.css">\n',
  ['/api/docs/swagger-ui-bundle.js', '/api/docs/swagger-ui-standalone-preset.js', '/api/docs/start.js'],
);

/** The document of the page's own base is shown first. `persistAuthorization` is off: a token is not kept in the browser. */
const startSwagger = (
  urls: readonly string[],
): string => `const own = location.pathname.replace(/(\\/api)?\\/docs$/, '/api/openapi.json');
window.ui = SwaggerUIBundle({
  dom_id: '#swagger-ui',
  urls: ${JSON.stringify(urls)}.map((url) => ({ url, name: url })),
  'urls.primaryName': own,
  layout: 'StandaloneLayout',
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  persistAuthorization: false,
  validatorUrl: null,
  docExpansion: 'none',
});
`;

const redocPage = page('Bourse API', '<div id="redoc"></div>', '', [
  '/api/redoc/redoc.standalone.js',
  '/api/redoc/start.js',
]);

/** Without its search, which would need a worker made from text. */
const startRedoc = `const own = location.pathname.replace(/redoc$/, 'openapi.json');
Redoc.init(own, { disableSearch: true, hideDownloadButton: false }, document.querySelector('#redoc'));
`;

/** The OpenAPI document of every place where there are REST faces, and the pages that show it. In production too: it says what is public anyway. */
export const docsRoutes = ({ documents, siteOf }: Pick<Rest, 'documents' | 'siteOf'>) => {
  const swagger = (type: string, read: Read) => served(type, contentPolicies.swagger, read);
  const redoc = (type: string, read: Read) => served(type, contentPolicies.redoc, read);
  const script = 'text/javascript';
  const at = ({ request }: Exchange) => {
    const site = siteOf(request);
    return documents.filter((document) => document.site === site);
  };
  const files = [
    ['/api/docs/swagger-ui.css', swagger('text/css', ofPackage('swagger-ui-dist/swagger-ui.css'))],
    ['/api/docs/swagger-ui-bundle.js', swagger(script, ofPackage('swagger-ui-dist/swagger-ui-bundle.js'))],
    [
      '/api/docs/swagger-ui-standalone-preset.js',
      swagger(script, ofPackage('swagger-ui-dist/swagger-ui-standalone-preset.js')),
    ],
    [
      '/api/docs/start.js',
      swagger(script, (exchange) => startSwagger(at(exchange).map(({ base }) => `${base}/api/openapi.json`))),
    ],
    ['/api/redoc/redoc.standalone.js', redoc(script, redocScript)],
    ['/api/redoc/start.js', redoc(script, () => startRedoc)],
  ] as const;
  const pages = [...new Set(documents.flatMap(({ places }) => places))].flatMap((place) => {
    const document: Handler = async (exchange) => {
      const here = at(exchange).find(({ places }) => places.includes(place));
      if (here === undefined) return refusal(exchange, 'NOT_FOUND', 'Nothing is served at this path.');
      return {
        status: 200,
        headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-cache' },
        body: await here.text(),
      };
    };
    return [
      [`${place}/openapi.json`, { GET: document, open: true, own: true }],
      [`${place}/docs`, swagger('text/html', () => swaggerPage)],
      [`${place}/redoc`, redoc('text/html', () => redocPage)],
    ] as const;
  });
  return documents.length === 0 ? [] : [...files, ...pages];
};
