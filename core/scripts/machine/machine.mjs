/** A small machine of its own: QEMU, by software emulation, so that it needs neither root nor a processor that helps. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const memoryMegabytes = 512;
/** Milliseconds that booting may take; an emulated machine on a busy host takes minutes. */
const bootWithin = 600_000;

/**
 * Boots a machine over a fresh copy of the image.
 * @returns `{ child, ready, type }`: the process of QEMU; resolves when the node exporter and nginx answer; types a line
 * into the machine's root shell
 */
export function bootMachine({ name, directory, image, programs, ports, log }) {
  const socket = join(directory, `${name}.shell`);
  const disk = (path) => ['-drive', `file=${path},if=virtio,format=raw,snapshot=on`];
  const forwards = [
    [ports.node, 9100],
    [ports.web, 80],
  ].map(([outer, inner]) => `hostfwd=tcp:127.0.0.1:${outer}-:${inner}`);
  const child = spawn(
    programs['qemu-system-x86_64'],
    [
      ...['-accel', 'tcg', '-cpu', 'max', '-m', String(memoryMegabytes), '-smp', '1', '-nodefaults'],
      ...['-display', 'none', '-no-reboot', '-kernel', image.kernel, '-initrd', image.initrd],
      ...['-append', 'root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet'],
      ...disk(image.disk),
      ...disk(image.swap),
      ...['-netdev', ['user,id=net', ...forwards].join(',')],
      ...['-device', 'virtio-net-pci,netdev=net,romfile=', '-device', 'virtio-rng-pci'],
      ...['-serial', `file:${join(directory, `${name}.console`)}`],
      ...['-chardev', `socket,id=shell,path=${socket},server=on,wait=off`, '-serial', 'chardev:shell'],
    ],
    // The scratch of `snapshot=on` lies beside the rest.
    { stdio: ['ignore', log, log], env: { ...process.env, TMPDIR: directory } },
  );
  const answers = async (port, path) =>
    (
      await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) }).catch(
        () => ({}),
      )
    ).ok === true;
  const ready = async () => {
    const latest = Date.now() + bootWithin;
    while (!(await answers(ports.node, '/metrics')) || !(await answers(ports.web, '/items'))) {
      if (Date.now() > latest)
        throw new Error(`The machine "${name}" did not boot; see ${directory}/${name}.console`);
      await sleep(2000);
    }
  };
  let shell;
  const type = (line) => {
    // What the shell answers is of no use, and must be taken off all the same.
    shell ??= connect(socket).resume();
    shell.write(`${line}\n`);
  };
  return { child, ready: ready(), type };
}

/** Lines that start and stop a fault in the machine. A service of its own, so that stopping it ends all it started. */
export function faultLines({ command, undo }) {
  const quoted = command.replaceAll("'", String.raw`'\''`);
  return {
    start: `systemd-run --quiet --unit=fault --collect /bin/sh -c '${quoted}'`,
    stop: ['systemctl stop fault', ...(undo === undefined ? [] : [undo])].join('; '),
  };
}
