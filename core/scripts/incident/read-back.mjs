export async function readBack() {}
