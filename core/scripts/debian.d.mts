export function findProgram(name: string): string | undefined;
export function canInstall(): boolean;
export function installPackages(packages: readonly string[], tell: (line: string) => void): Promise<void>;
