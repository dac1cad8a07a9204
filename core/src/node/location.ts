// The CommonJS build replaces this file (scripts/build.mjs): only there does import.meta not exist.
/** Address of this module, beside which the workers' modules lie. */
// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error of the CommonJS build only
// @ts-ignore: rejected where the target is CommonJS
export const location: string = import.meta.url;
