/** How long after each failed attempt the next one is made, in seconds: eleven attempts in a day. */
const delays = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800]
const jitter = 0.2
const longestMs = 24 * 60 * 60 * 1000

export const attemptsMax = delays.length + 1

/** How long to wait after so many failed attempts, at least as long as was asked for; undefined: it is given up. */
export function delayAfter(attempts: number, askedMs: number | null, random = Math.random()): number | undefined {
  const seconds = delays[attempts - 1]
  if (seconds === undefined) return undefined
  const spread = seconds * 1000 * (1 - jitter + 2 * jitter * random)
  return Math.max(spread, Math.min(askedMs ?? 0, longestMs))
}
