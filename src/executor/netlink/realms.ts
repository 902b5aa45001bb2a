/** Realms: the two halves of RTA_FLOW and FRA_FLOW, as ip-route(8) writes them. */

/** `to`, or `from/to` where there is a source realm. Source: RTA_FLOW in ip/iproute.c. */
export const realmsOfFlow = (flow: number): string => {
  const [from, to] = [flow >>> 16, flow & 0xffff];
  return from === 0 ? String(to) : `${from}/${to}`;
};

/** The inverse of `realmsOfFlow`; null for names, which only the host that wrote them knows. */
export const flowOfRealms = (realms: string): number | null => {
  const numbers = /^(?:(\d{1,5})\/)?(\d{1,5})$/.exec(realms);
  if (numbers === null) return null;
  const [from, to] = [Number(numbers[1] ?? 0), Number(numbers[2])];
  return from > 0xffff || to > 0xffff ? null : from * 0x1_0000 + to;
};
