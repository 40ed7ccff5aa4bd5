const number = new Intl.NumberFormat();

/** `1 interaction`, `5,000 interactions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}

/** `.58` of a mean between 0 and 1, as a share: `58%`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
