// What every generated client is asked to do: the list of one category, by a filter.
export const [key = ""] = process.argv.slice(2);
export const query = { strategy: "popular", limit: 5 } as const;

/** Ids of the first list that holds something: what was ingested shows after a moment. */
export async function ask(recommend: () => Promise<{ item_id: string; score: number }[]>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const results = await recommend();
    if (results.length > 0) {
      console.log(JSON.stringify(results.map((result) => result.item_id)));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no list came");
}
