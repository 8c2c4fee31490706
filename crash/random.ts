/** Numbers that follow from a seed: a round that found something can be made again. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `below`. */
  whole(below: number): number
  between(least: number, most: number): number
  chance(of: number): boolean
  pick<T>(all: readonly T[]): T | undefined
  /** By their weights. */
  weighted<T extends { weight: number }>(all: readonly T[]): T | undefined
}

export function randomOf(...parts: number[]): Random {
  let state = parts.reduce((sum, part) => Math.imul(sum ^ (part + 0x9e3779b9), 0x85ebca6b) >>> 0, 0x12345678)
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number) => Math.floor(next() * below)
  return {
    next,
    whole,
    between: (least, most) => least + next() * (most - least),
    chance: (of) => next() < of,
    pick: (all) => all[whole(all.length)],
    weighted(all) {
      let left = next() * all.reduce((sum, { weight }) => sum + weight, 0)
      return all.find(({ weight }) => {
        left -= weight
        return left < 0
      })
    },
  }
}
