/** Programs that npm cannot bring: finding them, and installing them where that is allowed (Debian, as root). */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute path of a program, or undefined. Debian keeps some outside an ordinary user's PATH. */
export function findProgram(name) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

/** Whether `installPackages` can work here. */
export function canInstall() {
  return (
    existsSync('/etc/debian_version') && process.getuid?.() === 0 && findProgram('apt-get') !== undefined
  );
}

/**
 * Installs Debian packages, all in one go; waits while another installation holds the lock.
 * @param packages names of packages
 * @param tell gets a line at the start, at every fifth of the way, and at the end
 * @throws Error with apt's own message
 */
export async function installPackages(packages, tell) {
  const started = Date.now();
  tell(`Installing ${packages.join(', ')} by apt-get (once; some minutes on a slow line)`);
  // The lists may be fresh although updating them fails, for instance while another process does the same.
  await apt(['update'], () => {}).catch(() => {});
  let told = 0;
  await apt(['install', '-y', '--no-install-recommends', ...packages], (percent) => {
    if (percent < told + 20 || percent >= 100) return;
    told = percent - (percent % 20);
    tell(`  ${told}%`);
  });
  tell(`Installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Runs apt-get; `onPercent` hears how far downloading (first half) and unpacking (second half) are. */
function apt(args, onPercent) {
  const options = ['-qq', '-o', 'APT::Status-Fd=3', '-o', 'DPkg::Lock::Timeout=600'];
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', [...options, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let message = '';
    child.stderr.on('data', (chunk) => (message += chunk));
    // Lines such as `dlstatus:3:41.2:Retrieving file 3 of 9` and `pmstatus:chromium:63.1:Unpacking chromium`.
    let rest = '';
    child.stdio[3].on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const [kind, , percent] = line.split(':');
        if (kind === 'dlstatus') onPercent(Number(percent) / 2);
        else if (kind === 'pmstatus') onPercent(50 + Number(percent) / 2);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`apt-get ${args[0]} failed: ${message.trim() || `status ${code}`}`));
    });
  });
}
