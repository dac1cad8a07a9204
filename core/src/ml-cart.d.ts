/** The part of ml-cart (which ships no types) that Heed uses. */
declare module 'ml-cart' {
  export interface DecisionTreeModel {
    readonly name: string;
    readonly options: unknown;
    readonly root: unknown;
  }
  export class DecisionTreeClassifier {
    constructor(options?: { gainFunction?: 'gini'; maxDepth?: number; minNumSamples?: number });
    /** Class probabilities of one row of features as a 1 × classes matrix. */
    readonly root: { classify(row: readonly number[]): { get(row: number, column: number): number } };
    train(features: readonly (readonly number[])[], classes: readonly number[]): void;
    static load(model: DecisionTreeModel): DecisionTreeClassifier;
  }
}
