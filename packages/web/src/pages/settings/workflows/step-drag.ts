import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'

type Place = { list: string; index: number }

/** Lets a step be dragged by its handle, and be where another of its list is dropped. Returns what ends it. */
export const stepDrag = (
  element: HTMLElement,
  handle: HTMLElement,
  place: Place,
  onOver: (isOver: boolean) => void,
  onDrop: (from: number) => void,
): (() => void) =>
  combine(
    draggable({ element, dragHandle: handle, getInitialData: () => ({ step: place }) }),
    dropTargetForElements({
      element,
      canDrop({ source }) {
        const dragged = source.data['step'] as Place | undefined
        return dragged?.list === place.list && dragged.index !== place.index
      },
      onDragEnter: () => onOver(true),
      onDragLeave: () => onOver(false),
      onDrop({ source }) {
        onOver(false)
        onDrop((source.data['step'] as Place).index)
      },
    }),
  )

/** A list in which one has moved. */
export function moved<One>(all: readonly One[], from: number, to: number): One[] {
  const one = all.slice(from, from + 1)
  return all.toSpliced(from, 1).toSpliced(to, 0, ...one)
}
