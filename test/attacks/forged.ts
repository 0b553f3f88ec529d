import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/*
 * Access tokens as attackers send them. Each says something that our own never say, or lacks what they have. The kinds follow
 * RFC 8725 (JSON Web Token best current practices), sections 2 and 3; the published examples are those of RFC 7515, appendix A.
 */

export interface Genuine {
  /** A token that works. */
  token: string;
  /** The key that the server signs with; most forgeries are signed rightly, so that only what they say can refuse them. */
  secret: string;
}

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const parsed = (text: string): Record<string, unknown> => JSON.parse(Buffer.from(text, 'base64url').toString());

const rfc7515Payload = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';

/** Signed as published; the key of the first is the one of the RFC. */
const published: Record<string, string> = {
  'RFC 7515 A.1, HS256': `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${rfc7515Payload}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
  'RFC 7515 A.2, RS256': `eyJhbGciOiJSUzI1NiJ9.${rfc7515Payload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
  'RFC 7515 A.3, ES256': `eyJhbGciOiJFUzI1NiJ9.${rfc7515Payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
  'RFC 7515 A.5, unsecured': `eyJhbGciOiJub25lIn0.${rfc7515Payload}.`,
};

const now_s = (): number => Math.floor(Date.now() / 1000);

/** Every forgery by what it tries. */
export const forgeries = ({ token, secret }: Genuine): Record<string, string> => {
  const [headText = '', bodyText = '', mac = ''] = token.split('.');
  const head = parsed(headText);
  const body = parsed(bodyText);
  const hmac = (text: string, hash = 'sha256', key: string | Buffer = secret): string =>
    createHmac(hash, key).update(text).digest('base64url');
  const signed = (header: unknown, payload: unknown, key: string | Buffer = secret, hash = 'sha256'): string => {
    const text = `${base64(header)}.${base64(payload)}`;
    return `${text}.${hmac(text, hash, key)}`;
  };
  const header = (change: object): string => signed({ ...head, ...change }, body);
  const claims = (change: object): string => signed(head, { ...body, ...change });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = rsa.publicKey.export({ format: 'jwk' });
  const byRsa = (change: object, key: KeyObject = rsa.privateKey): string => {
    const text = `${base64({ ...head, ...change, alg: 'RS256' })}.${bodyText}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
  };
  const rawHead = (text: string): string => signed(text, body);
  const rawBody = (text: string): string => signed(head, text);
  const json = JSON.stringify(body);
  const lastLetter = (text: string): string => {
    // The last letter of 43 carries four bits of the 256: two of its bits mean nothing.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const at = alphabet.indexOf(text.at(-1)!);
    return text.slice(0, -1) + alphabet[at ^ 1];
  };

  return {
    ...published,
    // The signature
    'no signature': `${headText}.${bodyText}.`,
    'no signature and no dot': `${headText}.${bodyText}`,
    'a signature of zeros': `${headText}.${bodyText}.${Buffer.alloc(32).toString('base64url')}`,
    'half a signature': `${headText}.${bodyText}.${mac.slice(0, 21)}`,
    'a signature with more behind it': `${token}AA`,
    'another spelling of the signature': `${headText}.${bodyText}.${lastLetter(mac)}`,
    'a padded signature': `${token}=`,
    'a signature in standard base64': signedUntilDifferent(head, body, hmac),
    'a signature by another key': signed(head, body, 'another key of at least 32 characters'),
    'a signature by an empty key': signed(head, body, ''),
    'a signature by the key id': signed(head, body, String(head.kid)),
    'a signature of the body alone': `${headText}.${bodyText}.${hmac(bodyText)}`,
    'the claims of another under this signature': `${headText}.${base64({ ...body, sub: body.sid })}.${mac}`,
    'a longer life under this signature': `${headText}.${base64({ ...body, exp: now_s() + 10 ** 8 })}.${mac}`,
    // The algorithm
    'alg none': `${base64({ ...head, alg: 'none' })}.${bodyText}.`,
    'alg none, with a signature': header({ alg: 'none' }),
    'alg None': `${base64({ ...head, alg: 'None' })}.${bodyText}.`,
    'alg NONE': `${base64({ ...head, alg: 'NONE' })}.${bodyText}.`,
    'alg none by escapes': `${base64('{"alg":"\\u006eone","typ":"at+jwt"}')}.${bodyText}.`,
    'alg empty': header({ alg: '' }),
    'alg missing': header({ alg: undefined }),
    'alg null': header({ alg: null }),
    'alg a list': header({ alg: ['HS256'] }),
    'alg a number': header({ alg: 256 }),
    'alg in small letters': header({ alg: 'hs256' }),
    'alg with a space': header({ alg: 'HS256 ' }),
    'alg HS384': signed({ ...head, alg: 'HS384' }, body, secret, 'sha384'),
    'alg HS512': signed({ ...head, alg: 'HS512' }, body, secret, 'sha512'),
    'alg RS256, signed by a key of its own': byRsa({}),
    'alg RS256, with its key in the header': byRsa({ jwk }),
    'alg RS256, with a chain in the header': byRsa({ x5c: [pem.replace(/-----[^-]+-----|\n/g, '')] }),
    'alg RS256, over an HMAC': header({ alg: 'RS256' }),
    'a public key as the secret': signed(head, body, pem),
    'alg ES256 with a signature of zeros': `${base64({ ...head, alg: 'ES256' })}.${bodyText}.${Buffer.alloc(64).toString('base64url')}`,
    'two algs, the good one last': rawHead(`{"alg":"none","typ":"at+jwt","alg":"HS256","kid":"x"}`),
    // The header
    'an extension that is critical': header({ crit: ['b64'], b64: false }),
    'an extension that is critical and not there': header({ crit: ['exp'] }),
    'no critical extension': header({ crit: [] }),
    'a member that nobody knows': header({ http: 'https://example.com' }),
    'another type': header({ typ: 'JWT' }),
    'the type of a refresh token': header({ typ: 'rt+jwt' }),
    'no type': header({ typ: undefined }),
    'no key id': header({ kid: undefined }),
    'another key id': header({ kid: 'other' }),
    'a key id that is a path': header({ kid: '../../../../dev/null' }),
    'a key id that is SQL': header({ kid: "' UNION SELECT 'key' --" }),
    'a key id that is a command': header({ kid: '|sleep 5' }),
    'a key id that is an object': header({ kid: { $ne: null } }),
    'a header that is no JSON': rawHead('{"alg":'),
    'a header that is null': rawHead('null'),
    'a header that is a list': rawHead('["HS256"]'),
    'a header that is text': rawHead('"HS256"'),
    'a header with bytes that are no UTF-8': `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${bodyText}.${mac}`,
    'an empty header': `.${bodyText}.${mac}`,
    // The claims
    'no subject': claims({ sub: undefined }),
    'a subject that is no id': claims({ sub: 'admin' }),
    'a subject that is a number': claims({ sub: 1 }),
    'a subject that is a list': claims({ sub: [body.sub] }),
    'a subject in capital letters with braces': claims({ sub: `{${String(body.sub).toUpperCase()}}` }),
    'a subject that is SQL': claims({ sub: "' OR 1=1 --" }),
    'no session': claims({ sid: undefined }),
    'the session of nobody': claims({ sid: '01900000-0000-7000-8000-000000000000' }),
    'this session for another user': claims({ sub: '01900000-0000-7000-8000-000000000000' }),
    'no token id': claims({ jti: undefined }),
    'no issuer': claims({ iss: undefined }),
    'another issuer': claims({ iss: 'https://elsewhere.example' }),
    'issuers in a list': claims({ iss: [body.iss] }),
    'no audience': claims({ aud: undefined }),
    'another audience': claims({ aud: 'elsewhere' }),
    'audiences in a list': claims({ aud: [body.aud, 'elsewhere'] }),
    'no expiry': claims({ exp: undefined }),
    'an expiry of null': claims({ exp: null }),
    'an expiry in the past': claims({ exp: now_s() - 1 }),
    'an expiry that is text': claims({ exp: String(now_s() + 600) }),
    'an expiry beyond numbers': rawBody(json.replace(/"exp":\d+/, '"exp":1e999')),
    'an expiry below zero': claims({ exp: -1 }),
    'no time of issue': claims({ iat: undefined }),
    'roles that it gives itself': claims({ roles: ['ADMIN'] }),
    'is_admin that it gives itself': claims({ is_admin: true }),
    'a prototype': rawBody(json.replace('{', '{"__proto__":{"roles":["ADMIN"]},')),
    'claims that are null': rawBody('null'),
    'claims that are a list': rawBody(`[${json}]`),
    'claims that are text': rawBody(JSON.stringify(json)),
    'claims that are no JSON': rawBody('{'),
    'no claims': `${headText}..${mac}`,
    // The form
    'four parts': `${token}.${mac}`,
    'five parts, as encrypted tokens have': `${headText}.${mac}.${mac}.${bodyText}.${mac}`,
    'a token in a token': signed(head, token),
    'the parts in another order': `${bodyText}.${headText}.${mac}`,
    'a space inside': `${headText}. ${bodyText}.${mac}`,
    'a line feed, encoded': `${token}%0a`,
    'a token of 20,000 letters': claims({ jti: 'x'.repeat(14_000) }).slice(0, 15_000),
    'dots only': '..',
    'a JSON serialization': base64({ payload: bodyText, signatures: [{ protected: headText, signature: mac }] }),
    'the word null': 'null',
    'the word undefined': 'undefined',
    'a number': '1',
  };
};

/** The MAC of some body that has letters which standard base64 writes in another way. */
const signedUntilDifferent = (head: object, body: object, hmac: (text: string) => string): string => {
  for (let iat = now_s(); ; iat -= 1) {
    const text = `${base64(head)}.${base64({ ...body, iat })}`;
    const mac = hmac(text);
    if (/[-_]/.test(mac)) return `${text}.${mac.replaceAll('-', '+').replaceAll('_', '/')}`;
  }
};
