/** Numbers from 0 to 1 that look random and are the same in every run: xorshift32. https://www.jstatsoft.org/v08/i14 */
export function sameRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
