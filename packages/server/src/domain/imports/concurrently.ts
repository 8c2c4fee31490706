/** Runs `work` for every element, some at a time; the results are in the order of the elements. The first error ends it. */
export async function concurrently<T, R>(
  elements: readonly T[],
  most: number,
  work: (element: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const rest = elements.entries()
  const worker = async () => {
    for (const [index, element] of rest) results[index] = await work(element)
  }
  await Promise.all(Array.from({ length: most }, worker))
  return results
}
