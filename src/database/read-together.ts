import DataLoader from 'dataloader';

/** Larger pieces keep one connection busy while others rest. */
const MOST_TOGETHER = 16;

/**
 * Lets those who ask for one thing in the same turn of the event loop share a question: a busy server asks the database a
 * fraction as often, and a lone caller waits for nobody. Nothing is remembered: whoever asks sees all that was committed
 * before.
 * @param read answers by id; what is not there is missing
 */
export function readTogether<Found>(
  read: (ids: string[]) => Promise<Map<string, Found>>,
): (id: string) => Promise<Found | undefined> {
  const loader = new DataLoader<string, Found | undefined>(
    async (ids) => {
      const found = await read([...new Set(ids)]);
      return ids.map((id) => found.get(id));
    },
    { cache: false, maxBatchSize: MOST_TOGETHER, batchScheduleFn: setImmediate },
  );
  return (id) => loader.load(id);
}
