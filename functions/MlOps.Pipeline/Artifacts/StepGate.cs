namespace MlOps.Pipeline.Artifacts;

/// <summary>
/// Lets one caller at a time work on a step in this process: runs that rest on the same data would otherwise train the same model
/// side by side. Callers in other processes may still do so; they come to the same bytes.
/// </summary>
internal sealed class StepGate
{
    private readonly Dictionary<string, (SemaphoreSlim Gate, int Users)> _gates = [];

    /// <summary>Waits until nobody else works on the step; dispose the result to let the next one in.</summary>
    /// <param name="key">Key of the step, with its pipeline.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellation)
    {
        SemaphoreSlim gate;
        lock (_gates)
        {
            var entry = _gates.TryGetValue(key, out var known) ? known : (Gate: new SemaphoreSlim(1), Users: 0);
            _gates[key] = (entry.Gate, entry.Users + 1);
            gate = entry.Gate;
        }

        try
        {
            await gate.WaitAsync(cancellation);
        }
        catch
        {
            Leave(key);
            throw;
        }

        return new Stay(this, key, gate);
    }

    private void Leave(string key)
    {
        lock (_gates)
        {
            var (gate, users) = _gates[key];
            if (users == 1)
            {
                _gates.Remove(key);
                gate.Dispose();
            }
            else
            {
                _gates[key] = (gate, users - 1);
            }
        }
    }

    private sealed class Stay(StepGate owner, string key, SemaphoreSlim gate) : IDisposable
    {
        public void Dispose()
        {
            gate.Release();
            owner.Leave(key);
        }
    }
}
