import { Outside } from './outside.tsx'

export function Page() {
  return <Outside title="reset">{null}</Outside>
}
