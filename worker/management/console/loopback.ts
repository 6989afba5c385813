/** True if a host name always means the machine itself. A name that an attacker controls is never one of these. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
