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
    return JSON.parse(localStorage.getItem(browserSlot) ?? '[]') as StoredModel[];
  } catch {
    return [];
  }
}

export async function listModels(): Promise<Array<StoredModel & { place: ModelPlace }>> {
  const shared = (await settings()).jsonData?.models ?? [];
  const names = new Set(shared.map((model) => model.name));
  return [
    ...shared.map((model) => ({ ...model, place: 'shared' as const })),
    ...browserModels()
      .filter((model) => !names.has(model.name))
      .map((model) => ({ ...model, place: 'browser' as const })),
  ];
}

/** The model that a query names; undefined where it names none. */
export async function modelOf(name: string | undefined): Promise<StoredModel | undefined> {
  if (!name) return undefined;
  const found = (await listModels()).find((model) => model.name === name);
  if (!found) throw new Error(`there is no model "${name}"; the Models page of the Heed app lists them`);
  return found;
}

/** Saves for everybody where the user may, else in this browser. */
export async function saveModel(model: StoredModel): Promise<ModelPlace> {
  const current = await settings();
  const models = [...(current.jsonData?.models ?? []).filter(({ name }) => name !== model.name), model];
  if (await writeShared(current, models)) return 'shared';
  localStorage.setItem(
    browserSlot,
    JSON.stringify([...browserModels().filter(({ name }) => name !== model.name), model]),
  );
  return 'browser';
}

export async function removeModel(name: string, place: ModelPlace): Promise<void> {
  if (place === 'browser') {
    localStorage.setItem(browserSlot, JSON.stringify(browserModels().filter((model) => model.name !== name)));
    return;
  }
  const current = await settings();
  const models = (current.jsonData?.models ?? []).filter((model) => model.name !== name);
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
