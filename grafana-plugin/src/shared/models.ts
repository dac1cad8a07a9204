import { getBackendSrv } from '@grafana/runtime';

/** Fitted models by name, used by queries. */
export interface StoredModel {
  readonly name: string;
  readonly detector: string;
  /** The model file's text as `save()` wrote it. */
  readonly text: string;
  /** Epoch ms. */
  readonly added: number;
}

/** Where a model lies: in the app's settings, where everybody's dashboards find it, or in this browser alone. */
export type ModelPlace = 'shared' | 'browser';

const settingsUrl = '/api/plugins/heed-anomaly-app/settings';
const browserSlot = 'heed.models';

interface AppSettings {
  readonly enabled?: boolean;
  readonly pinned?: boolean;
  readonly jsonData?: { readonly models?: readonly StoredModel[] } & Record<string, unknown>;
}

let loading: Promise<AppSettings> | undefined;

async function settings(): Promise<AppSettings> {
  loading ??= getBackendSrv()
    .get<AppSettings>(settingsUrl, undefined, undefined, { showErrorAlert: false })
    .catch(() => ({}));
  return loading;
}

function browserModels(): StoredModel[] {
  try {
    return modelsIn(JSON.parse(localStorage.getItem(browserSlot) ?? '[]'));
  } catch {
    return [];
  }
}

/** What is stored may be another version's, or somebody's own writing: what is no model is left out. */
function modelsIn(stored: unknown): StoredModel[] {
  return Array.isArray(stored) ? stored.filter(isModel) : [];
}

function isModel(item: unknown): item is StoredModel {
  const model = item as Partial<StoredModel> | null;
  return (
    typeof model?.name === 'string' &&
    typeof model.detector === 'string' &&
    typeof model.text === 'string' &&
    Number.isFinite(model.added)
  );
}

/** @throws Error where the browser keeps nothing, or no more */
function writeBrowser(models: readonly StoredModel[]): void {
  try {
    localStorage.setItem(browserSlot, JSON.stringify(models));
  } catch {
    throw new Error(
      'this browser has no room for it: remove a model, or ask an administrator to save it for everybody',
    );
  }
}

export async function listModels(): Promise<Array<StoredModel & { place: ModelPlace }>> {
  const shared = modelsIn((await settings()).jsonData?.models);
  const names = new Set(shared.map((model) => model.name));
  return [
    ...shared.map((model) => ({ ...model, place: 'shared' as const })),
    ...browserModels()
      .filter((model) => !names.has(model.name))
      .map((model) => ({ ...model, place: 'browser' as const })),
  ];
}

/** The model that a query names; undefined where it names none. */
export async function findModel(name: string | undefined): Promise<StoredModel | undefined> {
  if (!name) return undefined;
  const found = (await listModels()).find((model) => model.name === name);
  if (!found) throw new Error(`there is no model "${name}"; the Models page of the Heed app lists them`);
  return found;
}

/** Saves for everybody where the user may, else in this browser. */
export async function saveModel(model: StoredModel): Promise<ModelPlace> {
  const current = await settings();
  const models = [...modelsIn(current.jsonData?.models).filter(({ name }) => name !== model.name), model];
  if (await writeShared(current, models)) return 'shared';
  writeBrowser([...browserModels().filter(({ name }) => name !== model.name), model]);
  return 'browser';
}

export async function removeModel(name: string, place: ModelPlace): Promise<void> {
  if (place === 'browser') {
    writeBrowser(browserModels().filter((model) => model.name !== name));
    return;
  }
  const current = await settings();
  const models = modelsIn(current.jsonData?.models).filter((model) => model.name !== name);
  if (!(await writeShared(current, models)))
    throw new Error('only an administrator can remove a shared model');
}

async function writeShared(current: AppSettings, models: readonly StoredModel[]): Promise<boolean> {
  const next: AppSettings = {
    enabled: current.enabled ?? true,
    pinned: current.pinned ?? true,
    jsonData: { ...current.jsonData, models },
  };
  try {
    await getBackendSrv().post(settingsUrl, next, { showErrorAlert: false, showSuccessAlert: false });
    loading = Promise.resolve(next);
    return true;
  } catch {
    return false;
  }
}
