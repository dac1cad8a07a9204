import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** Width of an element in pixels, in steps, so that a drag of the window does not draw a hundred times. */
export function useWidth(element: Ref<HTMLElement | undefined>): Ref<number> {
  const width = ref(640);
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    const measure = (pixels: number): void => {
      width.value = Math.max(280, Math.floor((pixels - 2) / 20) * 20);
    };
    measure(element.value!.clientWidth);
    observer = new ResizeObserver(([entry]) => measure(entry!.contentRect.width));
    observer.observe(element.value!);
  });
  onBeforeUnmount(() => observer?.disconnect());
  return width;
}
