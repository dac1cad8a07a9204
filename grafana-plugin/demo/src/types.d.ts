declare module 'grafana-internal/PluginPage' {
  export function setPluginPage(component: import('react').ComponentType<never>): void;
}
declare module 'grafana-internal/PanelDataErrorView' {
  export function setPanelDataErrorView(component: import('react').ComponentType<never>): void;
}
declare module 'grafana-internal/PanelRenderer' {
  export function setPanelRenderer(component: import('react').ComponentType<never>): void;
}
declare const System: {
  set(id: string, module: unknown): void;
  addImportMap(map: { imports: Record<string, string> }): void;
  import(id: string): Promise<unknown>;
};
declare module 'systemjs/dist/system.js';
declare module 'systemjs/dist/extras/amd.js';
