import { canInstall, installPackages } from '../../core/scripts/debian.mjs';
import { missingLine, tools, type ToolName } from './tools.js';

const tell = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Before the first test of this folder: installs what is missing, once and for all tests together (test files run
 * side by side, and apt serves one at a time), and says what will be skipped.
 */
export default async function installTools(): Promise<void> {
  const missing = () => (Object.keys(tools) as ToolName[]).filter((name) => !tools[name].search());
  const wanted = missing();
  if (wanted.length === 0) return;
  if (canInstall()) {
    const packages = wanted.flatMap((name) => tools[name].packages);
    await installPackages(packages, (line) => tell(`▸ ${line}`)).catch((error: Error) => tell(error.message));
  }
  const fate = process.env.CI === 'true' ? 'MISSING' : 'SKIPPED';
  for (const name of missing()) tell(`${fate} ${missingLine(name)}`);
}
