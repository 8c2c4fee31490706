import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'

/** Lets the head of a column be dragged, and be where another is dropped. Returns what ends it. */
export function columnDrag(
  element: HTMLElement,
  key: string,
  onOver: (isOver: boolean) => void,
  onDrop: (dragged: string) => void,
): () => void {
  // The edge of a head makes its column wider instead.
  let isAtEdge = false
  const notice = ({ target }: PointerEvent) => {
    isAtEdge = target instanceof Element && target.closest('[data-edge]') !== null
  }
  element.addEventListener('pointerdown', notice)
  return combine(
    () => element.removeEventListener('pointerdown', notice),
    draggable({ element, canDrag: () => !isAtEdge, getInitialData: () => ({ column: key }) }),
    dropTargetForElements({
      element,
      canDrop: ({ source }) => typeof source.data['column'] === 'string' && source.data['column'] !== key,
      onDragEnter: () => onOver(true),
      onDragLeave: () => onOver(false),
      onDrop({ source }) {
        onOver(false)
        onDrop(String(source.data['column']))
      },
    }),
  )
}
