// The test of every generated client: get the list of one category by a filter.
export const [key = ""] = process.argv.slice(2);
export const query = { strategy: "popular", limit: 5 } as const;

/** Returns the ids of the first list that isn't empty: ingested data is visible after a moment. */
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
