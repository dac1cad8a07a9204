import { WorkerPool, type PoolWorker } from '@heed/core/workers';
import { withBase } from 'vitepress';
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

/** @param name of the app; stage/workers.mjs bundles its worker */
function startWorker(name: string): PoolWorker {
  const worker = new Worker(withBase(`/workers/${name}.js`), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onFailure) => {
      worker.addEventListener('message', ({ data }: MessageEvent) => onMessage(data));
      worker.addEventListener('error', ({ message }) => onFailure(new Error(message || 'it does not load')));
      worker.addEventListener('messageerror', () => onFailure(new Error('its answer cannot be read')));
    },
    end: () => worker.terminate(),
  };
}

/** One worker of a page: started with the first task, ended with the page. */
export function useWorker<Task, Result>(name: string) {
  const pool = new WorkerPool<Task, Result>({ start: () => startWorker(name), size: 1 });
  onBeforeUnmount(() => void pool.close());
  return async (task: Task, signal?: AbortSignal): Promise<Result> =>
    (await pool.run(task, { signal })).result;
}

/** What a worker makes of the controls: worked out anew when they change, the latest state alone. */
export function useAnswer<Task, Result>(name: string, task: () => Task) {
  const run = useWorker<Task, Result>(name);
  const answer: Ref<Result | undefined> = ref();
  const problem = ref('');
  const busy = ref(true);
  let latest: AbortController | undefined;
  const ask = async (): Promise<void> => {
    latest?.abort();
    const mine = (latest = new AbortController());
    busy.value = true;
    try {
      answer.value = await run(task(), mine.signal);
      problem.value = '';
    } catch (error) {
      if (mine.signal.aborted) return;
      problem.value = (error as Error).message;
    }
    if (mine === latest) busy.value = false;
  };
  onMounted(() => {
    void ask();
    watch(task, () => void ask(), { deep: true });
  });
  return { answer, problem, busy };
}
