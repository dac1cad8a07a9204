/**
 * The disk of a small Debian machine that QEMU boots: built once by mmdebstrap, as root, from Debian's archive (some
 * three minutes, 120 MB to load); kept in a directory and used again.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const packages = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'zstd', 'systemd-sysv', 'udev', 'systemd-resolved'],
  ...['prometheus-node-exporter', 'nginx-light', 'cron', 'logrotate', 'iproute2', 'procps'],
];
const diskSize = '1500M';
const swapSize = 256 * 2 ** 20;
/** Bytes of the files that nginx serves. */
const pages = { items: 2000, orders: 9000, large: 20_000_000 };

const files = {
  'etc/hostname': 'machine\n',
  'etc/fstab': '/dev/vda / ext4 defaults 0 1\n/dev/vdb none swap sw 0 0\n',
  'etc/systemd/network/eth.network': '[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n',
  // The recorder types into the second serial port what a fault is to run.
  'etc/systemd/system/shell.service': `[Unit]
Description=Root shell on the second serial port
After=multi-user.target

[Service]
ExecStart=/bin/sh
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/ttyS1
Restart=always

[Install]
WantedBy=multi-user.target
`,
  // What a small host does by itself: packs its settings and logs every ten minutes, looks after itself every minute.
  'etc/cron.d/house': `*/10 * * * * root tar -cf - /etc /var/log 2>/dev/null | gzip -c > /var/backups/house.tar.gz
* * * * * root df -h / > /var/tmp/df.txt; ps aux | logger -t ps
`,
};

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0)
    throw new Error(`${command} failed: ${error?.message ?? stderr.trim().split('\n').slice(-3).join(' ')}`);
}

/**
 * Builds the image unless `directory` holds it already.
 * @returns paths of kernel, initial RAM disk, disk and swap disk
 */
export async function buildImage({ directory, programs, progress }) {
  const image = Object.fromEntries(
    ['kernel', 'initrd', 'disk', 'swap'].map((name) => [name, join(directory, name)]),
  );
  if (existsSync(image.disk)) return image;
  if (process.getuid?.() !== 0) throw new Error('Building the machine needs root: run this once with sudo.');
  await mkdir(directory, { recursive: true });
  const root = join(directory, 'root');
  if (!existsSync(join(root, 'boot'))) {
    progress('building the machine from Debian packages (some minutes)');
    run(programs.mmdebstrap, [
      ...['--mode=root', '--variant=minbase', '--aptopt=APT::Install-Recommends "false"'],
      ...[`--include=${packages.join(',')}`, 'bookworm', root],
    ]);
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const [name, bytes] of Object.entries(pages))
    await writeFile(join(root, 'var/www/html', name), randomBytes(bytes));
  const units = ['shell', 'systemd-networkd', 'nginx', 'cron', 'prometheus-node-exporter'];
  run('systemctl', [`--root=${root}`, 'enable', ...units]);
  await appendFile(join(root, 'etc/systemd/journald.conf'), 'SystemMaxUse=32M\n');
  for (const name of await readdir(join(root, 'boot'))) {
    if (name.startsWith('vmlinuz-')) await copyFile(join(root, 'boot', name), image.kernel);
    if (name.startsWith('initrd.img-')) await copyFile(join(root, 'boot', name), image.initrd);
  }
  progress('writing its disk');
  run('mke2fs', ['-q', '-t', 'ext4', '-F', '-d', root, `${image.disk}.part`, diskSize]);
  await writeFile(image.swap, '');
  run('truncate', [`--size=${swapSize}`, image.swap]);
  run('mkswap', ['-q', image.swap]);
  await rename(`${image.disk}.part`, image.disk);
  await rm(root, { recursive: true });
  return image;
}
