/** The secret of a link, which stands behind its `#` so that no server logs it. */
export const tokenOfLink = () => location.hash.slice(1)
