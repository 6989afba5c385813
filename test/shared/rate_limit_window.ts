/**
 * Does what a rate limit of 60 seconds is to count. Miniflare's windows are whole minutes: what the end of a minute
 * has cut in two is done again, from another network.
 */
export async function withinOneWindow<Result>(act: (network: string) => Promise<Result>): Promise<Result> {
  const minute = () => Math.floor(Date.now() / 60_000);
  for (let attempt = 0; ; attempt++) {
    const before = minute();
    const result = await act(`2001:db8:0:${attempt}`);
    if (minute() === before) return result;
  }
}
