/** A record while its decoder fills it in. */
export type Draft<A> = { -readonly [K in keyof A]: A[K] };
