export function AppRoot() {
  return <div>Heed</div>;
}
