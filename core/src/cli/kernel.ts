import type { Command } from 'commander';
import { loadNotebooks } from './notebooks-package.js';

/** `heed kernel install|uninstall|path`: the Jupyter kernel spec of the user. */
export function kernelCommand(program: Command): void {
  const kernel = program.command('kernel').description('manage the Jupyter kernel “Heed (TypeScript)”');
  kernel
    .command('install')
    .description('write the kernel spec into your Jupyter data folder (needs no Python)')
    .action(async () => {
      const { installKernel } = await loadNotebooks();
      process.stdout.write(`${installKernel()}\n`);
    });
  kernel
    .command('uninstall')
    .description('remove it')
    .action(async () => {
      const { uninstallKernel } = await loadNotebooks();
      process.stdout.write(uninstallKernel() ? 'removed\n' : 'it was not installed\n');
    });
  kernel
    .command('path')
    .description('print where the spec lies')
    .action(async () => {
      const { installedKernel } = await loadNotebooks();
      const path = installedKernel();
      if (path === undefined) {
        process.stderr.write('heed: the kernel is not installed. Run `heed kernel install`.\n');
        process.exitCode = 1;
      } else process.stdout.write(`${path}\n`);
    });
}
