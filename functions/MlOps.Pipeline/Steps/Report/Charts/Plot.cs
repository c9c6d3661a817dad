using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>A chart with two axes, drawn as SVG. What it shows is said in its label and stands in a table behind it.</summary>
internal sealed class Plot
{
    /// <summary>Drawn widths for cards of three, two and four a row: text is then of the size that it has around the chart.</summary>
    public const double Third = 340;

    /// <inheritdoc cref="Third"/>
    public const double Half = 500;

    /// <inheritdoc cref="Third"/>
    public const double Quarter = 250;

    private const double Right = 10;
    private const double Top = 8;
    private const double Bottom = 36;

    private readonly HtmlWriter _page = new();
    private readonly double _height;
    private readonly double _width;

    public Plot(
        string label, Scale x, Scale y, string xTitle, string yTitle, double height = 250, double width = Third, Func<double, string>? xText = null, Func<double, string>? yText = null)
    {
        _height = height;
        _width = width;
        var left = yTitle.Length > 0 ? 58 : 40;
        X = x with { From = left, To = width - Right };
        Y = y with { From = height - Bottom, To = Top };
        _page.Add($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">");
        foreach (var tick in Y.Ticks(4))
        {
            var at = Y.At(tick);
            _page.Add($"<path class=\"g\" d=\"M{left} {at}H{width - Right}\"/><text x=\"{left - 6}\" y=\"{at + 4}\" text-anchor=\"end\">{(yText ?? Figures.Number)(tick)}</text>");
        }

        foreach (var tick in X.Ticks(5))
        {
            _page.Add($"<text x=\"{X.At(tick)}\" y=\"{height - Bottom + 15}\" text-anchor=\"middle\">{(xText ?? Figures.Number)(tick)}</text>");
        }

        _page.Add($"<path class=\"ax\" d=\"M{left} {height - Bottom}H{width - Right}\"/>");
        _page.Add($"<text x=\"{(left + width - Right) / 2}\" y=\"{height - 4}\" text-anchor=\"middle\">{Figures.Short(xTitle, 60)}</text>");
        if (yTitle.Length == 0)
        {
            return;
        }

        var middle = (Top + height - Bottom) / 2;
        _page.Add($"<text x=\"10\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 10 {middle})\">{Figures.Short(yTitle, 40)}</text>");
    }

    public Scale X { get; }

    public Scale Y { get; }

    /// <summary>A line through points; steps shorter than half a pixel are left out.</summary>
    public void Line(string style, IEnumerable<(double X, double Y)> points)
    {
        _page.Add($"<path class=\"{style}\" d=\"");
        var (lastX, lastY, any, pending) = (double.NaN, double.NaN, false, false);
        var (x, y) = (0.0, 0.0);
        foreach (var point in points)
        {
            (x, y) = (X.At(point.X), Y.At(point.Y));
            pending = any && Math.Abs(x - lastX) + Math.Abs(y - lastY) < 0.5;
            if (!pending)
            {
                _page.Add($"{(any ? "L" : "M")}{x} {y}");
                (lastX, lastY, any) = (x, y, true);
            }
        }

        if (pending)
        {
            _page.Add($"L{x} {y}");
        }

        _page.Add($"\"/>");
    }

    /// <summary>Dots, all in one path.</summary>
    public void Dots(string style, IEnumerable<(double X, double Y)> points)
    {
        _page.Add($"<path class=\"dot {style}\" d=\"");
        foreach (var point in points)
        {
            _page.Add($"M{X.At(point.X)} {Y.At(point.Y)}h0");
        }

        _page.Add($"\"/>");
    }

    /// <summary>A mark with a title that a pointer brings up.</summary>
    public void Mark(string style, double x, double y, double radius, string title) =>
        _page.Add($"<circle class=\"{style}\" cx=\"{X.At(x)}\" cy=\"{Y.At(y)}\" r=\"{radius}\"><title>{title}</title></circle>");

    /// <summary>A bar from the axis up.</summary>
    public void Bar(string style, double from, double to, double value, string title)
    {
        var (x, y) = (X.At(from), Y.At(value));
        var high = Y.From - y;
        if (value > 0)
        {
            _page.Add($"<rect class=\"{style}\" x=\"{x + 0.4}\" y=\"{y}\" width=\"{Math.Max(0.6, X.At(to) - x - 0.8)}\" height=\"{Math.Max(0.8, high)}\"><title>{title}</title></rect>");
        }
    }

    /// <summary>A dashed line across the plot at a value of x, with words beside it.</summary>
    public void Upright(double x, string text)
    {
        var at = X.At(x);
        var (anchor, shift) = at > _width * 0.6 ? ("end", -5) : ("start", 5);
        _page.Add($"<path class=\"ln\" d=\"M{at} {Top}V{_height - Bottom}\"/><text class=\"k\" x=\"{at + shift}\" y=\"{Top + 10}\" text-anchor=\"{anchor}\">{text}</text>");
    }

    public Markup Close()
    {
        _page.Add($"</svg>\n");
        return _page;
    }
}
