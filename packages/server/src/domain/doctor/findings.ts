/** Something that is not as it must be. */
export type Finding = {
  /** The workspace, or null for what concerns the whole installation. */
  workspace: string | null
  /** A sentence about all that is meant. */
  what: string
  /** How often. */
  count: number
  /** What it is about, at most the first twenty. */
  ids: string[]
  /** Whether `--repair` puts it right. */
  repairable: boolean
  /** How many of them were. */
  repaired: number
}

const shown = 20

/** Gathers findings: what is found again and again is one, however often, so that a million of them take no room. */
export class Findings {
  readonly #found = new Map<string, Finding>()

  add(
    workspace: string | null,
    what: string,
    { ids = [], count = ids.length || 1, repairable = false, repaired = 0 }: Partial<Finding> = {},
  ) {
    const key = `${workspace} ${what}`
    const finding = this.#found.get(key) ?? { workspace, what, count: 0, ids: [], repairable, repaired: 0 }
    finding.count += count
    finding.ids = [...new Set([...finding.ids, ...ids])].slice(0, shown)
    finding.repaired += repaired
    this.#found.set(key, finding)
  }

  get all(): Finding[] {
    return [...this.#found.values()]
  }
}
