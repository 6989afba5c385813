/** The errors of the system, Node's fetch and name resolution if the network is not available. */
const NETWORK_FAULT =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENETDOWN|ENETUNREACH|EHOSTDOWN|EHOSTUNREACH|UND_ERR_\w+|fetch failed|other side closed|socket hang up)\b/;

/** Returns why the account's bucket cannot be opened, and what to do about it. */
export function remoteFault(bucket: string, cause: unknown): readonly [what: string, advice: string] {
  const chain = causeChain(cause);
  const message = (chain[0] ?? '').replace(
    /^Failed to start the remote proxy session\. (Error reloading remote server: )?/,
    '',
  );
  const fault = chain.find((text) => NETWORK_FAULT.test(text));
  if (fault !== undefined) {
    const detail = fault === chain[0] ? message : `${message} (${fault})`;
    return [
      `Cloudflare could not be reached over the network: ${detail}`,
      'Check the connection, and a proxy or a firewall if there is one; then run this again.',
    ];
  }
  return [
    message,
    'Log in with `npx wrangler login`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID if there are ' +
      `several accounts); create the bucket with \`npx wrangler r2 bucket create ${bucket}\`.`,
  ];
}

/** Returns the messages of an error and of its causes, with Node's error codes. */
function causeChain(error: unknown): string[] {
  const texts: string[] = [];
  let current = error;
  // An error may be its own cause.
  while (current !== undefined && current !== null && texts.length < 10) {
    if (!(current instanceof Error)) return [...texts, String(current)];
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    texts.push(code === '' || current.message.includes(code) ? current.message : join(code, current.message));
    current = current.cause;
  }
  return texts;
}

function join(code: string, message: string): string {
  return message === '' ? code : `${code}: ${message}`;
}
