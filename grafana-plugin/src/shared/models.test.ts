import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const backend = { get: vi.fn(), post: vi.fn() };
vi.mock('@grafana/runtime', () => ({ getBackendSrv: () => backend }));

/** A browser's store of so many characters. */
function storage(room: number, first: Record<string, string> = {}) {
  const items = new Map(Object.entries(first));
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (text.length > room) throw new DOMException('the quota has been exceeded', 'QuotaExceededError');
      items.set(key, text);
    },
  };
}

const model = (name: string, size = 10) => ({ name, detector: 'pca', text: 'x'.repeat(size), added: 1 });
const fresh = async () => {
  vi.resetModules();
  return import('./models.js');
};

describe('the models of a browser', () => {
  beforeEach(() => {
    backend.get.mockResolvedValue({});
    backend.post.mockRejectedValue(new Error('forbidden'));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('says that a full store is full, and keeps what was there', async () => {
    vi.stubGlobal('localStorage', storage(500));
    const { saveModel, listModels } = await fresh();
    expect(await saveModel(model('small'))).toBe('browser');
    await expect(saveModel(model('large', 5000))).rejects.toThrow(/no room/);
    expect((await listModels()).map(({ name }) => name)).toEqual(['small']);
  });

  it.each([
    'not JSON',
    '{"a":1}',
    'null',
    '[null, 5, "x", {"name": 1}, {"name": "a"}]',
    '{"length": 1e9}',
    '[{"name":"__proto__","detector":"pca","text":5,"added":1}]',
  ])('takes a store that holds %s for an empty one', async (text) => {
    vi.stubGlobal('localStorage', storage(500, { 'heed.models': text }));
    const { listModels, findModel, saveModel } = await fresh();
    expect(await listModels()).toEqual([]);
    expect(await findModel(undefined)).toBeUndefined();
    await expect(findModel('__proto__')).rejects.toThrow(/there is no model/);
    await saveModel(model('new'));
    expect((await listModels()).map(({ name }) => name)).toEqual(['new']);
  });

  it('leaves out what is no model of the settings that all share', async () => {
    vi.stubGlobal('localStorage', storage(500));
    for (const models of ['x', { a: 1 }, [null, { name: 'a' }, model('good')]]) {
      backend.get.mockResolvedValue({ jsonData: { models } });
      const { listModels } = await fresh();
      expect((await listModels()).map(({ name }) => name)).toEqual(Array.isArray(models) ? ['good'] : []);
    }
  });

  it('does without a store', async () => {
    vi.stubGlobal('localStorage', undefined);
    const { listModels, saveModel } = await fresh();
    expect(await listModels()).toEqual([]);
    await expect(saveModel(model('a'))).rejects.toThrow(/no room/);
  });
});
