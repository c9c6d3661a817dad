namespace MlOps.Cli.Azurite;

/// <summary>Where Azurite's services listen, without the account: <c>http://127.0.0.1:port</c>.</summary>
/// <param name="Blob">The blob service.</param>
/// <param name="Queue">The queue service.</param>
/// <param name="Table">The table service.</param>
internal sealed record AzuriteEndpoints(Uri Blob, Uri Queue, Uri Table)
{
    /// <summary>Their ports.</summary>
    public AzuritePorts Ports => new(Blob.Port, Queue.Port, Table.Port);
}

/// <summary>Ports for Azurite's services; 0 for any free one.</summary>
/// <param name="Blob">Of the blob service.</param>
/// <param name="Queue">Of the queue service.</param>
/// <param name="Table">Of the table service.</param>
internal sealed record AzuritePorts(int Blob = 0, int Queue = 0, int Table = 0);
