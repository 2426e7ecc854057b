// Catches a page that fails: a fault of ours, or a part that could not be loaded because the server has another version by now.
import { Component, type ReactNode } from 'react';

export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="failure" role="alert">
        <p>This page could not be shown. The server may have a new version of it, or not answer.</p>
        <button type="button" onClick={() => location.reload()}>Load it again</button>
      </div>
    );
  }
}
