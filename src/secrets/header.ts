/**
 * Headers that belong to a connection instead of a message, and the host of the URL: iron-proxy removes them from
 * requests, https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export const hopByHopHeaders: readonly string[] = [
  'Connection',
  'Host',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Te',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
];

/**
 * The request headers that pass the proxy in addition to those that declared secrets use: names, or /regular
 * expressions/.
 */
export const passingHeaders: readonly string[] = [
  // Content.
  'Accept',
  'Accept-Charset',
  'Accept-Encoding',
  'Accept-Language',
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Location',
  'Content-Md5',
  'Content-Range',
  'Content-Type',
  'Expires',
  'Pragma',
  'Range',
  'Te',
  'Transfer-Encoding',
  'User-Agent',
  // Conditions.
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  // Versions of the model vendors' APIs and clients.
  'Anthropic-Beta',
  'Anthropic-Version',
  'OpenAI-Beta',
  'OpenAI-Organization',
  'OpenAI-Project',
  '/^X-Stainless-/',
  // Websockets.
  'Connection',
  'Upgrade',
  '/^Sec-WebSocket-/',
];

/** The header that iron-proxy sets for Google, for OAuth and for AWS. */
export const tokenHeader = 'Authorization';

/** The headers that AWS needs for its signature, in addition to those that pass anyway. */
export const awsHeaders: readonly string[] = [tokenHeader, '/^Amz-Sdk-/', '/^X-Amz-/'];

/** A pattern that matches no header's name. iron-proxy interprets an empty list of headers as all of them. */
export const noHeader = '/^$/';
