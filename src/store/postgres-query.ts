/** A statement that Postgres prepares once on each connection: it knows it by its name after that. */
export const statement = (name: string, text: string) => ({ name, text });

/** Waits for every answer, also where one is a refusal: nothing of this call is under way any more. Rejects with the first. */
export async function allOf<T extends readonly unknown[]>(
  answers: {
    readonly [K in keyof T]: Promise<T[K]> | undefined;
  },
): Promise<T> {
  await Promise.allSettled(answers);
  return (await Promise.all(answers)) as unknown as T;
}
