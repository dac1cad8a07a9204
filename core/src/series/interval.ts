/** Points start…end of a series, both inclusive. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}
