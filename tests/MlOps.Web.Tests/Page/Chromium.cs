using System.Diagnostics;
using Microsoft.Playwright;

namespace MlOps.Web.Tests.Page;

/// <summary>Debian's Chromium, one for all tests of the page; installed where it is missing and may be.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";
    private IPlaywright? playwright;
    private IBrowser? browser;
    private string? missing;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path))
        {
            missing = await InstallAsync();
        }

        if (missing is null)
        {
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path });
        }
    }

    /// <summary>A window of its own, with nothing kept from others. Errors and refusals of the page fail the test at its end.</summary>
    public async Task<Window> OpenAsync(Uri address, string language = "en", bool dark = false, int width = 1280)
    {
        Assert.SkipWhen(browser is null, missing ?? "");
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.AbsoluteUri,
            Locale = language == "ja" ? "ja-JP" : "en-GB",
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(120_000);
        Assertions.SetDefaultExpectTimeout(120_000);
        return new Window(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    private static async Task<string?> InstallAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            return $"There is no {Path}, and only root on Debian can install it here: apt-get install chromium.";
        }

        using var install = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "apt-get update -q && apt-get install -y -q --no-install-recommends chromium"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        })!;
        var output = install.StandardOutput.ReadToEndAsync();
        var errors = install.StandardError.ReadToEndAsync();
        await install.WaitForExitAsync();
        await output;
        return File.Exists(Path) ? null : $"Chromium could not be installed: {(await errors).Trim()}";
    }
}

/// <summary>A page in a window, and what went wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> faults = [];
    private bool forgiven;

    public Window(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.PageError += (_, error) => faults.Add(error);
        page.Dialog += (_, dialog) => faults.Add($"a dialog: {dialog.Message}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                faults.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Everything that the browser complained of, such as what the policy forbids.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>What the browser complained of was meant to happen.</summary>
    public void Forgive() => forgiven = true;

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        if (!forgiven)
        {
            Assert.Empty(faults);
        }
    }
}
