/** The budgets to choose from, tightest first. */
export const budgets = ['1/month', '2/month', '1/week', '3/week', '1/day', '3/day', '1/hour'] as const;
