import { HttpClient, type Endpoint } from '../http.js';
import { Delivery, type DeliveryOptions } from './delivery.js';
import type { Output } from './output.js';

/** What outputs have in common that send one message after another to one server. */
export abstract class DeliveredOutput<M> implements Output {
  protected readonly client: HttpClient;
  protected readonly delivery: Delivery<M>;
  readonly name: string;

  constructor(endpoint: Endpoint, options: Omit<DeliveryOptions<M>, 'send'>) {
    this.name = options.name;
    this.client = new HttpClient(endpoint);
    this.delivery = new Delivery({ ...options, send: (message, signal) => this.send(message, signal) });
  }

  protected abstract send(
    ...message: Parameters<DeliveryOptions<M>['send']>
  ): ReturnType<DeliveryOptions<M>['send']>;

  get sent(): number {
    return this.delivery.sent;
  }
  get failures(): number {
    return this.delivery.failures;
  }
  get dropped(): number {
    return this.delivery.dropped;
  }
  get waiting(): number {
    return this.delivery.waiting;
  }
  get failure(): string | undefined {
    return this.delivery.failure;
  }

  async close(): Promise<void> {
    await this.delivery.close();
    await this.client.close();
  }
}
