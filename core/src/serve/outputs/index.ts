import type { Config } from '../config.js';
import { AlertmanagerOutput } from './alertmanager.js';
import { GrafanaOutput } from './grafana.js';
import type { Output, OutputContext } from './output.js';
import { RemoteWriteOutput } from './remote-write.js';
import { WebhookOutput } from './webhook.js';

/** The outputs that a configuration names. Their names hold no address: it may be a secret. */
export function createOutputs({ outputs }: Pick<Config, 'outputs'>, context: OutputContext): Output[] {
  const { alertmanager, webhook, grafana, remoteWrite } = outputs;
  return [
    ...alertmanager.map((one, i) => new AlertmanagerOutput(`alertmanager-${i + 1}`, one, context)),
    ...webhook.map((one, i) => new WebhookOutput(`webhook-${i + 1}`, one, context)),
    ...grafana.map((one, i) => new GrafanaOutput(`grafana-${i + 1}`, one, context)),
    ...remoteWrite.map((one, i) => new RemoteWriteOutput(`remote-write-${i + 1}`, one, context)),
  ];
}
