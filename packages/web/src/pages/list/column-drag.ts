import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'

/** Lets the head of a column be dragged, and be where another is dropped. Returns what ends it. */
export const columnDrag = (
  element: HTMLElement,
  key: string,
  onOver: (isOver: boolean) => void,
  onDrop: (dragged: string) => void,
) =>
  combine(
    draggable({ element, getInitialData: () => ({ column: key }) }),
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
