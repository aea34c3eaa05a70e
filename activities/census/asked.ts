/** Why a step can't go on. `refused`: it won't by itself; `message` has no values. */
export type Obstacle =
  { readonly kind: 'wait'; readonly forMs: number } | { readonly kind: 'refused'; readonly message: string };

export type Asked<T> = { readonly kind: 'answered'; readonly answer: T } | Obstacle;
