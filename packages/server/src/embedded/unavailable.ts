/** The embedded database cannot be used. The message is for the person: what is wrong, and what to do. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}
